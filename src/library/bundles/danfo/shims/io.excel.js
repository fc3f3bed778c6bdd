'use strict';

// In the place of danfojs's own module, which needs xlsx. The functions of that module call xlsx
// where nothing catches what it throws.

function noExcel() {
  return new Error('Excel files are not read or written here: install xlsx and use it directly.');
}

module.exports = {
  $readExcel: async () => {
    throw noExcel();
  },
  $toExcel: () => {
    throw noExcel();
  },
};
