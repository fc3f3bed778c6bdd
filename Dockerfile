# The command sbd, for workers of a queue and for the tasks of a cluster:
#
#     docker build --tag sbd .
#     docker run --env SBD_QUEUE=redis://host:6379 sbd worker
FROM node:22-bookworm AS build
WORKDIR /source
COPY . .
RUN npm ci && npm run pack

FROM node:22-bookworm-slim
COPY --from=build /source/dist/packages/ /tmp/packages/
RUN npm install --global /tmp/packages/*.tgz bullmq@6 ioredis@5 && rm -r /tmp/packages
USER node
WORKDIR /home/node
ENTRYPOINT ["sbd"]
CMD ["worker"]
