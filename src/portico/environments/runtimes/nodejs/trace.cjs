'use strict';
// `_X_AMZN_TRACE_ID`, which has another value for each event.
//
// Assigning it to the real `process.env` calls setenv, and libc keeps every value that a variable ever had: an environment would grow
// with each event until it is killed for its memory. So `process.env` becomes a view that knows this one variable itself.

const NAME = '_X_AMZN_TRACE_ID';

let current;
let present = false; // in the real variables, where only that it is there matters

/** Put the view in the place of `process.env`. */
function install() {
  process.env = new Proxy(process.env, {
    get: (variables, name) => (name === NAME && present ? current : variables[name]),
    set(variables, name, value) {
      if (name === NAME) {
        current = String(value);
        present = true;
      }
      variables[name] = value;
      return true;
    },
    deleteProperty(variables, name) {
      if (name === NAME) present = false;
      return delete variables[name];
    },
    getOwnPropertyDescriptor(variables, name) {
      const found = Reflect.getOwnPropertyDescriptor(variables, name);
      if (name === NAME && found !== undefined) found.value = current;
      return found;
    },
  });
}

/** Make `trace` the value in `variables`; "" takes it away. */
function set(variables, trace) {
  if (trace === '') delete variables[NAME];
  else if (present) current = trace;
  else variables[NAME] = trace;
}

module.exports = { install, set };
