'use strict';

// Node has a fetch of its own.
module.exports = (url, options) => fetch(url, options);
