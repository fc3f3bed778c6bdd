'use strict';

/**
 * The bundle's changes of danfojs-node's own files: paths in its `dist` folder, the text that
 * must be there, and the text that takes its place. See `patcher.js`.
 */

const DEFAULTS = 'danfojs-base/shared/defaults';
const UTILS = 'danfojs-base/shared/utils';
const TYPES = 'danfojs-base/shared/types';
const GENERIC = 'danfojs-base/core/generic';
const FRAME = 'danfojs-base/core/frame';
const SERIES = 'danfojs-base/core/series';
const PLOTTING = 'danfojs-base/plotting/index';
const CSV = 'danfojs-base/io/node/io.csv';
const JSON_IO = 'danfojs-base/io/node/io.json';
const STREAMS = 'danfojs-node/src/streams/csv.stream.transformer';

/** danfojs keeps numbers as doubles: a column of them is float64, and may be called so. */
const float64 = [
  {
    file: `${DEFAULTS}.js`,
    find: 'exports.DATA_TYPES = ["float32", ',
    replace: 'exports.DATA_TYPES = ["float32", "float64", ',
  },
  {
    file: `${FRAME}.js`,
    find: 'var supportedDtypes = ["float32", ',
    replace: 'var supportedDtypes = ["float32", "float64", ',
  },
  {
    file: `${FRAME}.js`,
    find: 'if (dtype === "float32") {',
    replace: 'if (dtype === "float32" || dtype === "float64") {',
  },
  {
    file: `${SERIES}.js`,
    find: 'case "float32":',
    replace: 'case "float32": case "float64":',
  },
  // The same where danfojs infers the type.
  {
    file: `${UTILS}.js`,
    find: 'dtypes = "float32";',
    replace: 'dtypes = "float64";',
  },
  // danfojs infers int32 where no number is written with a point: of 1e-7 and Infinity, too.
  {
    file: `${UTILS}.js`,
    find: 'if (ele.toString().includes(".")) {',
    replace: 'if (ele.toString().includes(".") || !Number.isInteger(Number(ele))) {',
  },
  // Tensors know no float64.
  {
    file: `${GENERIC}.js`,
    find: 'tensor1d(this.$data, this.$dtypes[0])',
    replace: 'tensor1d(this.$data, this.$dtypes[0] === "float64" ? "float32" : this.$dtypes[0])',
  },
];

/** Only `sample` needs @tensorflow/tfjs-data. */
const sample = [FRAME, SERIES].map((file) => ({
  file: `${file}.js`,
  find: 'tensorflowlib_1.default.data.array(this.index).shuffle(num, "" + seed).take(num).toArray()',
  replace: 'require("danfo-bundle/sample")(this.index, num, "" + seed)',
}));

/** Plots are for browsers: Plotly is required where there is a window. */
const plots = [
  {
    file: `${PLOTTING}.js`,
    find: 'Plotly = require("plotly.js-dist-min");',
    replace: 'Plotly = undefined;',
  },
];

/** An error while a file is read rejects the promise instead of ending the process. */
const failures = [
  {
    file: `${CSV}.js`,
    find: `${' '.repeat(20)}var dataStream = request_1.default.get(filePath);`,
    replace: 'var dataStream = request_1.default.get(filePath); dataStream.on("error", reject);',
    times: 2,
  },
  {
    file: `${CSV}.js`,
    find: '\n        var dataStream = request_1.default.get(filePath);',
    replace:
      'var dataStream = request_1.default.get(filePath);' +
      'dataStream.on("error", function (error) { csvInputStream.destroy(error); });',
  },
  {
    file: `${JSON_IO}.js`,
    find: 'var pipeline = dataStream.pipe(',
    replace: 'dataStream.on("error", reject); var pipeline = dataStream.pipe(',
  },
  {
    file: `${JSON_IO}.js`,
    find: '.pipe((0, stream_json_1.parser)()).pipe((0, StreamArray_1.streamArray)())',
    replace:
      '.pipe((0, stream_json_1.parser)().on("error", reject))' +
      '.pipe((0, StreamArray_1.streamArray)().on("error", reject))',
    times: 2,
  },
  {
    file: `${JSON_IO}.js`,
    find: 'response.json().then(',
    replace: 'return response.json().then(',
  },
  {
    file: `${JSON_IO}.js`,
    find: 'reject("ENOENT: no such file or directory");',
    replace: 'return reject(new Error("ENOENT: no such file or directory"));',
    times: 2,
  },
];

const namedTypes = [
  [TYPES, 3],
  [FRAME, 1],
  [SERIES, 1],
].map(([file, times]) => ({
  file: `${file}.d.ts`,
  find: '"float32" | "int32"',
  replace: '"float32" | "float64" | "int32"',
  times,
}));

/** A default import of a module without one is an error unless `esModuleInterop` is on. */
const imports = [CSV, STREAMS].map((file) => ({
  file: `${file}.d.ts`,
  find: 'import stream from "stream";',
  replace: 'import * as stream from "stream";',
}));

const requestOptions = [
  {
    file: `${JSON_IO}.d.ts`,
    find: 'import request from "request";',
    replace: 'import { RequestOptions } from "request";',
  },
  {
    file: `${JSON_IO}.d.ts`,
    find: '(request.RequiredUriUrl & request.CoreOptions) | undefined',
    replace: 'RequestOptions | undefined',
  },
];

module.exports = {
  code: [...float64, ...sample, ...plots, ...failures],
  types: [...namedTypes, ...imports, ...requestOptions],
};
