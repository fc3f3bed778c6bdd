'use strict';

const { PassThrough, Readable } = require('node:stream');
const { pipeline } = require('node:stream/promises');

/**
 * The part of the package `request` that danfojs uses, on Node's fetch: a stream of a URL's content, which
 * emits 'response' with the status before the first data. danfojs takes any status but 2xx for a
 * failure, so of such an answer nothing is read.
 */
function request({ url, method = 'GET', headers = {} }) {
  const body = new PassThrough();
  send(url, { method, headers }, body).catch((error) => body.destroy(error));
  return body;
}

async function send(url, options, body) {
  const response = await fetch(url, options);
  body.emit('response', { statusCode: response.status, statusMessage: response.statusText });
  if (!response.ok) {
    await response.body?.cancel();
    body.destroy();
  } else if (response.body) {
    await pipeline(Readable.fromWeb(response.body), body);
  } else {
    body.end();
  }
}

request.get = (url) => request({ url });

module.exports = request;
