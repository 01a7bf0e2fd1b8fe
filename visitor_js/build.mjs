// Builds the two scripts of the visitor's side into relay/static and holds them to their sizes.

import { mkdir, readdir, readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { build, transform } from 'esbuild';

const BUDGETS = { loader: 3 * 1024, visitor: 25 * 1024 };
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

const { version } = JSON.parse(await readFile(new URL('package.json', here), 'utf8'));
await mkdir(out, { recursive: true });
await build({
  absWorkingDir: here.pathname,
  entryPoints: ENTRIES,
  outdir: out.pathname,
  bundle: true,
  minify: true,
  format: 'iife',
  target: 'es2021',
  charset: 'utf8',
  legalComments: 'none',
  mangleProps: await ownNames(),
  plugins: [inlineNumbers, minifyStyle],
  define: { VERSION: JSON.stringify(version), ...NODE },
});

let over = false;
for (const [name, budget] of Object.entries(BUDGETS)) {
  const size = gzipSync(await readFile(new URL(`${name}.js`, out)), { level: 9 }).length;
  over ||= size > budget;
  console.log(`${name}.js ${size} bytes gzip, budget ${budget}${size > budget ? ', OVER' : ''}`);
}
if (over) process.exit(1);
