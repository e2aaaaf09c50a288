// Opens a page as a careful reader would watch it: every request, every breach
// of the page's policy and every error counts.
import { chromium } from 'playwright-core';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export const pages = process.env.PAGES;

export function launch() {
  const args = process.getuid && process.getuid() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({ executablePath: process.env.CHROMIUM, args });
}

export async function open(browser, file, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const url = options.url || pathToFileURL(`${pages}/${file}`).href;
  const trouble = [];
  page.on('request', (r) => {
    if (r.url().split('#')[0] !== url && !r.url().startsWith('data:')) trouble.push(`request: ${r.url()}`);
  });
  page.on('console', (m) => { if (m.type() === 'error' || m.type() === 'warning') trouble.push(`console: ${m.text()}`); });
  page.on('pageerror', (e) => trouble.push(`error: ${e.message}`));
  page.on('dialog', (d) => { trouble.push(`dialog: ${d.message()}`); d.dismiss(); });
  await page.addInitScript(() => {
    window.violations = [];
    document.addEventListener('securitypolicyviolation', (e) => window.violations.push(`${e.violatedDirective} ${e.blockedURI}`));
  });
  await page.goto(url + (options.hash || ''));
  return {
    page,
    trouble,
    async finish() {
      if (options.javaScriptEnabled !== false) {
        trouble.push(...await page.evaluate(() => window.violations.map((v) => `policy: ${v}`)));
        if (await page.evaluate(() => window.pwned !== undefined)) trouble.push('a name was run as a script');
      }
      await context.close();
      return trouble;
    },
  };
}

// What axe finds wrong, in short.
export async function audit(page) {
  await page.evaluate(axe);
  const result = await page.evaluate(() => window.axe.run(document, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  }));
  return result.violations.map((v) => `${v.id}: ${v.help}: ${v.nodes.slice(0, 3).map((n) => `${n.target} ${n.failureSummary}`).join(' | ')}`);
}

export const verdicts = (page) => page.$$eval('table.devices tbody tr', (rows) => rows.map((r) => r.querySelector('.verdict').textContent));
export const names = (page) => page.$$eval('table.devices tbody th', (cells) => cells.map((c) => c.textContent));
export const status = (page) => page.textContent('#devices [role=status]');
