#!/usr/bin/env node
/** The doublelock command: of the sources where they are, in this repository; else of what was built for the package. */
const { existsSync } = require('node:fs');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');

require('../preload.cjs');

const source = join(__dirname, '../src/cli.ts');
const command = existsSync(source) ? source : join(__dirname, '../dist/cli.js');
import(pathToFileURL(command).href);
