// Builds the scripts of the visitor's side into relay/static: loader, capture script and the modules that this one brings when a
// page needs them. Holds all to their sizes.

import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { build, transform } from 'esbuild';

const BUDGETS = { loader: 3 * 1024, visitor: 25 * 1024, module: 8 * 1024 };
const ENTRIES = { loader: 'src/loader.ts', visitor: 'src/main.ts' };
/** The DOM's own numbers, which never change. */
const NODE = {
  'Node.ELEMENT_NODE': '1',
  'Node.TEXT_NODE': '3',
  'Node.CDATA_SECTION_NODE': '4',
  'Node.DOCUMENT_NODE': '9',
  'Node.DOCUMENT_FRAGMENT_NODE': '11',
  'Node.DOCUMENT_POSITION_FOLLOWING': '4',
};
const here = new URL('.', import.meta.url);
const out = new URL('../relay/static/', here);

/** Named numbers are put where they are used: as an enum the bundler does so and leaves the tables out. */
const inlineNumbers = {
  name: 'inline-numbers',
  setup({ onLoad }) {
    onLoad({ filter: /names\.gen\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const table = /^export const (\w+) = \{$([^}]*)^\} as const;$/gm;
      const contents = text.replace(table, (_, name, rows) => `export enum ${name} {${rows.replaceAll(':', ' =')}}`);
      // Lists that nothing here uses are left out as well.
      return { contents: contents.replaceAll(' = "', ' = /* @__PURE__ */ "'), loader: 'ts' };
    });
  },
};

/** The style sheet inside its module, without what only people need. */
const minifyStyle = {
  name: 'minify-style',
  setup({ onLoad }) {
    onLoad({ filter: /ui\/style\.ts$/ }, async ({ path }) => {
      const [, css] = (await readFile(path, 'utf8')).match(/STYLE = `([^`]*)`/);
      const { code } = await transform(css, { loader: 'css', minify: true, target: 'safari15' });
      return { contents: `export const STYLE = ${JSON.stringify(code.trim())};`, loader: 'ts' };
    });
  },
};

/** Modules whose names other sides know: pages, libraries, the relay, the other script. */
const KNOWN_OUTSIDE = /(names\.gen|native|api|surface|loader|main|tag|continuation)\.ts$/;
const TYPES = /\/lib\.(dom|es20..|es5)[\w.]*\.d\.ts$/;
/** With fewer declaration files than this the browser's names are not known, and shortening would break them. */
const LEAST_TYPES = 20;
const COMMENT = /\/\*[^]*?\*\/|^\s*\/\/.*$/gm;

async function read(folder, wanted) {
  const files = (await readdir(folder, { recursive: true })).filter((file) => wanted.test(file));
  const texts = await Promise.all(files.map((file) => readFile(new URL(file, folder), 'utf8')));
  return files.map((file, index) => [file, texts[index].replace(COMMENT, '')]);
}

/**
 * Names of our classes' members, to be shortened: those that neither the browser's types nor a message nor any text has, so
 * that nothing else can be meant.
 */
async function ownNames() {
  const members = new Set();
  const taken = (await read(new URL('../node_modules/@typescript/', here), TYPES)).map(([, text]) => text);
  if (taken.length < LEAST_TYPES)
    throw new Error(`only ${taken.length} type declarations found below node_modules/@typescript`);
  for (const [file, code] of await read(new URL('src/', here), /\.ts$/)) {
    taken.push(...(KNOWN_OUTSIDE.test(file) ? [code] : (code.match(/'[^'\n]*'|`[^`]*`/g) ?? [])));
    for (const [body] of code.matchAll(/^(export )?(class|interface) [^]*?^}/gm))
      for (const [, name] of body.matchAll(
        /^ {2,4}(?:(?:private|readonly|public|get|async) |\*)*(\w+)(?: =|[?(:;=<])/gm,
      ))
        members.add(name);
  }
  for (const [word] of taken.join('\n').matchAll(/\w+/g)) members.delete(word);
  return new RegExp(`^(${[...members].join('|')})$`);
}

/** What a module may hold a copy of; everything else it is given by the capture script, see src/core.ts. */
const COPIED = /^src\/(modules\/.*|(names\.gen|address)\.ts)$/;
/** Digits of a module's digest in its name. */
const DIGEST = 12;

const { version } = JSON.parse(await readFile(new URL('package.json', here), 'utf8'));
const names = await readdir(new URL('src/modules/', here), { withFileTypes: true });
const modules = names.filter((entry) => entry.isDirectory()).map(({ name }) => name);
const options = {
  absWorkingDir: here.pathname,
  outdir: out.pathname,
  write: false,
  metafile: true,
  bundle: true,
  minify: true,
  target: 'es2021',
  charset: 'utf8',
  legalComments: 'none',
  mangleProps: await ownNames(),
  plugins: [inlineNumbers, minifyStyle],
};
/** Where a module's digest comes to stand in the capture script, which has to be built first: the short names are its. */
const placeholder = (name) => `digest:${name}`;
const main = await build({
  ...options,
  entryPoints: ENTRIES,
  format: 'iife',
  mangleCache: {},
  define: {
    VERSION: JSON.stringify(version),
    MODULES: JSON.stringify(Object.fromEntries(modules.map((name) => [name, placeholder(name)]))),
    ...NODE,
  },
});
const brought = await build({
  ...options,
  entryPoints: Object.fromEntries(modules.map((name) => [name, `src/modules/${name}/main.ts`])),
  format: 'esm',
  mangleCache: main.mangleCache,
  define: NODE,
});
for (const path of Object.keys(brought.metafile.inputs))
  if (!COPIED.test(path)) throw new Error(`a module must be given ${path} by the capture script, not hold a copy`);

const nameOf = ({ path }) => path.slice(path.lastIndexOf('/') + 1, -'.js'.length);
const files = Object.fromEntries(main.outputFiles.map((file) => [nameOf(file), file.text]));
for (const file of brought.outputFiles) {
  const digest = createHash('sha256').update(file.text).digest('hex').slice(0, DIGEST);
  files[`visitor-${nameOf(file)}-${digest}`] = file.text;
  files.visitor = files.visitor.replace(placeholder(nameOf(file)), digest);
}
await mkdir(out, { recursive: true });
for (const file of await readdir(out)) if (/^visitor-.*\.js$/.test(file)) await rm(new URL(file, out));
for (const [name, text] of Object.entries(files)) await writeFile(new URL(`${name}.js`, out), text);

let over = false;
for (const [name, text] of Object.entries(files)) {
  const budget = BUDGETS[name] ?? BUDGETS.module;
  const size = gzipSync(text, { level: 9 }).length;
  over ||= size > budget;
  console.log(`${name}.js ${size} bytes gzip, budget ${budget}${size > budget ? ', OVER' : ''}`);
}
if (over) process.exit(1);
