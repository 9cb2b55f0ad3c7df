'use strict';
// NODE_PATH: for `require` Node.js itself looks there; AWS's Node.js looks there for `import` as well.
// Source: AWS Compute Blog, "Node.js 18.x runtime now available in AWS Lambda" (ES module resolution through NODE_PATH).

const fs = require('node:fs');
const module_ = require('node:module');
const path = require('node:path');
const { pathToFileURL } = require('node:url');

/** Take NODE_PATH from the variables as they are now. */
function readNodePath() {
  module_.Module._initPaths();
}

/** Let `import` find packages in the folders of NODE_PATH that exist. Without one nothing is done, because it costs time. */
function followNodePath() {
  const folders = (process.env.NODE_PATH ?? '').split(path.delimiter).filter((folder) => folder.endsWith('/node_modules'));
  const parents = folders.filter((folder) => fs.existsSync(folder)).map((folder) => pathToFileURL(`${folder}/index`).href);
  if (parents.length === 0) return;
  if (module_.registerHooks !== undefined) {
    module_.registerHooks({ resolve: (specifier, context, next) => resolveSync(parents, specifier, context, next) });
  } else {
    module_.register('./hooks.mjs', pathToFileURL(__filename), { data: parents });
  }
}

function resolveSync(parents, specifier, context, next) {
  try {
    return next(specifier, context);
  } catch (error) {
    if (!mayBeThere(error, specifier)) throw error;
    for (const parentURL of parents) {
      try {
        return next(specifier, { ...context, parentURL });
      } catch {
        continue;
      }
    }
    throw error;
  }
}

/** Whether `error` says that a package was not found, and `specifier` names one. */
function mayBeThere(error, specifier) {
  return error?.code === 'ERR_MODULE_NOT_FOUND' && !/^(\.|\/|[a-z]+:)/.test(specifier);
}

module.exports = { followNodePath, readNodePath, mayBeThere };
