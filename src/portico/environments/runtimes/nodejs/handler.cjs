'use strict';
// Finding the handler that a function's `Handler` names: `module.export`, with folders before it, and properties after it.
// Source: the Node.js runtime interface client; Lambda Developer Guide, "Define Lambda function handler in Node.js".

const fs = require('node:fs');
const path = require('node:path');
const { createRequire } = require('node:module');
const { pathToFileURL } = require('node:url');
const { Fault } = require('./faults.cjs');

// What is required from here is found, and when it is missing told, as on AWS.
const requireFromRuntime = createRequire('/var/runtime/index.mjs');
const TASK = '/var/task/';

/**
 * Import what `name` names below `root`. `modern`: as from Node.js 24 on, where a default export is looked into as well.
 *
 * Throws a Fault as AWS names what is wrong. What the module throws while it is loaded comes through.
 */
async function find(root, name, modern) {
  if (name.includes('..')) {
    const words = 'is not a valid handler name. Use absolute paths when specifying root directories in handler names.';
    throw new Fault('MalformedHandlerName', `'${name}' ${words}`);
  }
  const last = path.basename(name);
  const dot = last.indexOf('.');
  if (dot < 0) throw new Fault('MalformedHandlerName', 'Bad handler');
  const folder = path.resolve(root, name.slice(0, name.lastIndexOf(last)).replace(TASK, `${root}/`));
  const module = await load(root, folder, last.slice(0, dot));
  return resolve(module, last.slice(dot + 1), name, modern);
}

async function load(root, folder, name) {
  try {
    return await loadFile(root, folder, name);
  } catch (error) {
    if (error instanceof SyntaxError) throw new Fault('UserCodeSyntaxError', String(error), error.stack);
    if (error?.code === 'MODULE_NOT_FOUND') throw new Fault('ImportModuleError', String(error));
    throw error;
  }
}

function loadFile(root, folder, name) {
  const file = path.join(folder, name);
  if (isFile(file)) return requireFromRuntime(file);
  if (isFile(`${file}.js`)) {
    return isModule(folder) ? import(pathToFileURL(`${file}.js`)) : requireFromRuntime(`${file}.js`);
  }
  if (isFile(`${file}.mjs`)) return import(pathToFileURL(`${file}.mjs`));
  if (isFile(`${file}.cjs`)) return requireFromRuntime(`${file}.cjs`);
  if (fs.existsSync(file)) return requireFromRuntime(file); // a folder, with an index or a package.json
  return requireFromRuntime(requireFromRuntime.resolve(name, { paths: [root, folder] }));
}

/** Whether the nearest package.json at or above `folder` says that its .js files are ES modules. */
function isModule(folder) {
  for (let at = folder; !at.endsWith('/node_modules'); at = path.dirname(at)) {
    const file = path.join(at, 'package.json');
    if (isFile(file)) return saysModule(file);
    if (at === '/') return false;
  }
  return false;
}

function saysModule(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'))?.type === 'module';
  } catch (error) {
    console.warn(`${file} cannot be read, it will be ignored for ES module detection purposes.`, error);
    return false;
  }
}

function isFile(file) {
  return fs.statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;
}

function resolve(module, names, whole, modern) {
  const handler = lookUp(module, names) || (modern && lookUp(module?.default, names));
  if (!handler) throw new Fault('HandlerNotFound', `${whole} is undefined or not exported`);
  if (typeof handler !== 'function') throw new Fault('HandlerNotFound', `${whole} is not a function`);
  return handler;
}

function lookUp(module, names) {
  return names.split('.').reduce((nested, name) => nested && nested[name], module);
}

module.exports = { find };
