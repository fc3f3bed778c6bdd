exports.buildDanfo = () => {};
