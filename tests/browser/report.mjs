// The report in a real browser: nothing is asked for, all is seen, reached and told, in both schemes and at both widths.
//
//   node report.mjs PAGE [--shots FOLDER] [--most-bytes N]
import { mkdirSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { start } from "./browser.mjs";
import { look } from "./checks.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { shots: { type: "string" }, "most-bytes": { type: "string", default: "2000000" } },
});
if (positionals.length !== 1) throw new Error("give one page");
if (values.shots) mkdirSync(values.shots, { recursive: true });
const browser = await start();
const outcomes = await look(browser, resolve(positionals[0]), { shots: values.shots, most_bytes: Number(values["most-bytes"]) });
await browser.close();
const failed = outcomes.filter(it => it.wrong.length);
for (const { name, wrong } of failed) console.log(`report: ${name}: ${wrong.slice(0, 5).join("; ")}`);
console.log(`report: ${outcomes.length - failed.length} passed, ${failed.length} failed`);
process.exitCode = failed.length ? 1 : 0;
