/**
 * A process of its own that sets one document: files in on standard input, PDF out on standard output. The parent caps its memory
 * and its time (reports/documents/pdf.ts). It reads nothing but its input and the fonts, and nothing is fetched.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { NodeCompiler } from '@myriaddreamin/typst-ts-node-compiler';

const require = createRequire(import.meta.url);
const fonts = [
  '400Regular/Inter_400Regular',
  '400Regular_Italic/Inter_400Regular_Italic',
  '600SemiBold/Inter_600SemiBold',
];
/** A folder that does not exist: the document can open no file but those mapped into it. */
const ROOT = '/lumbung-document';

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
/** @type {{main: string, files: Record<string, string>, timestamp: number}} */
const { main, files, timestamp } = JSON.parse(Buffer.concat(chunks).toString('utf8'));

const compiler = NodeCompiler.create({
  workspace: ROOT,
  fontArgs: [{ fontBlobs: fonts.map((name) => readFileSync(require.resolve(`@expo-google-fonts/inter/${name}.ttf`))) }],
});
for (const [name, content] of Object.entries(files)) compiler.mapShadow(`${ROOT}/${name}`, Buffer.from(content));
const compiled = compiler.compile({ mainFileContent: main });
if (compiled.result === null) {
  const error = compiled.takeDiagnostics() ?? compiled.takeError();
  process.stderr.write(JSON.stringify(error?.shortDiagnostics ?? 'no document').slice(0, 2_000));
  process.exit(1);
}
const pdf = compiler.pdf(compiled.result, { pdfStandard: 'ua-1', creationTimestamp: timestamp });
process.stdout.write(pdf, () => process.exit(0));
