'use strict';
// Names below `localhost` are this machine's (RFC 6761, section 6.3), whatever its resolver knows of them: front doors have such names.

const dns = require('dns');

/** Let whatever connects by name (`http`, `net`, `fetch`) find them. */
function install() {
  dns.lookup = local(dns.lookup);
  dns.promises.lookup = local(dns.promises.lookup);
}

function local(lookup) {
  const found = (name, ...rest) => lookup(/\.localhost\.?$/i.test(name) ? 'localhost' : name, ...rest);
  return Object.defineProperties(found, Object.getOwnPropertyDescriptors(lookup)); // how it is promisified, too
}

module.exports = { install };
