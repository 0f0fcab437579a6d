// Starts the Chromium of the machine, without anything that it would look up by itself.
import { existsSync } from "node:fs";
import { chromium } from "playwright-core";

const PATHS = ["/usr/bin/chromium", "/usr/bin/chromium-browser"];

export const start = () => {
  const executablePath = PATHS.find(existsSync);
  if (!executablePath) throw new Error("there is no chromium: run scripts/setup.sh --tests");
  const args = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
  ];
  return chromium.launch({ executablePath, args });
};
