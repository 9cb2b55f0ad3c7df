'use strict';
// What to do once the event loop has nothing left to do. The channel never keeps it busy, because reading it blocks.

let awaited;

process.on('beforeExit', () => {
  const then = awaited;
  awaited = undefined;
  then?.();
});

module.exports = {
  /** Call `listener` when the loop is empty, in place of any other. */
  then(listener) {
    awaited = listener;
  },
  forget() {
    awaited = undefined;
  },
};
