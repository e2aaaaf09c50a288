// Draws the sample report for the README.
import { launch, open } from './support.mjs';

const browser = await launch();
const { page, finish } = await open(browser, 'sample-report.html', { viewport: { width: 1280, height: 1500 } });
await page.screenshot({ path: process.argv[2] });
const trouble = await finish();
await browser.close();
if (trouble.length) throw new Error(trouble.join('\n'));
