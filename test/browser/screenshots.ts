/** npm run screenshots: draws docs/sign-in.png, the README's picture, from pages of a running server. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { parse } from 'yaml';
import { type App, startApp } from '../support/app.ts';
import { findTool } from '../support/needs.ts';
import { launchChromium } from './chromium.ts';
import { createPerson, type Person } from './person.ts';

const ROOT = join(import.meta.dirname, '../..');
const PICTURE = join(ROOT, 'docs/sign-in.png');
const SIZE = { width: 1000, height: 670 };
/** Pixels of the picture for one of CSS; README viewers show it smaller than it is. */
const SHARPNESS = 1.5;

interface Shot {
  /** Its place in the picture: a class of the layout. */
  readonly place: string;
  readonly email: string;
  readonly look: BrowserContextOptions;
  /** The size of the window, and how wide it stands in the picture. */
  readonly viewport: { readonly width: number; readonly height: number };
  readonly shownWidth: number;
  /** From the password on. */
  readonly until: (person: Person) => Promise<void>;
}

const PHONE = { viewport: { width: 330, height: 650 }, shownWidth: 232 };

const SHOTS: readonly Shot[] = [
  {
    place: 'window',
    email: 'bram@kantoor.test',
    look: { locale: 'en' },
    viewport: { width: 620, height: 980 },
    shownWidth: 416,
    until: (person) => person.isOn('set-up-totp'),
  },
  {
    ...PHONE,
    place: 'phone front',
    email: 'carol@acme.test',
    look: { locale: 'en' },
    until: (person) => person.isOn('enter-code'),
  },
  {
    ...PHONE,
    place: 'phone back',
    email: 'carol@acme.test',
    look: { locale: 'nl', colorScheme: 'dark' },
    async until(person) {
      await person.isOn('enter-code');
      await person.send({ code: '123 456' }, 'confirm');
      await person.page.locator('[role=alert]').waitFor();
    },
  },
];

const LAYOUT = `
  body { margin: 0; position: relative; overflow: hidden; height: ${SIZE.height}px; background: #c3d7d5; }
  img { position: absolute; display: block; box-sizing: content-box; }
  .window { left: 40px; top: 36px; border-radius: 12px; border: 1px solid #9fb8b6; }
  .phone { border-radius: 28px; border: 7px solid #13201e; outline: 1px solid #4a5856; }
  .front { left: 446px; top: 148px; }
  .back { left: 712px; top: 50px; }`;

/** The organisations and people of the demo, at a port of its own. */
function startDemo(): Promise<App> {
  const { tenants, accounts } = parse(readFileSync(join(ROOT, 'config/demo.yaml'), 'utf8'));
  // The picture shows the page after the mailed code.
  const withoutProof = tenants.map((tenant: { second_factor: object }) => ({
    ...tenant,
    second_factor: { ...tenant.second_factor, set_up_proof: 'none' },
  }));
  return startApp({ config: { tenants: withoutProof, accounts, clients: [] } });
}

/** An image of the page without its foot, drawn at the very size that it has in the picture. */
async function shoot(browser: Browser, app: App, shot: Shot): Promise<string> {
  const { email, viewport, shownWidth } = shot;
  const deviceScaleFactor = (SHARPNESS * shownWidth) / viewport.width;
  const context = await browser.newContext({ ...shot.look, viewport, deviceScaleFactor });
  const person = createPerson(await context.newPage());
  await person.open(`${app.origin}/account`);
  await person.isOn('sign-in');
  const password = app.config.accounts.find((account) => account.email === email)?.password ?? '';
  await person.send({ email, password }, 'sign_in');
  await shot.until(person);
  await person.page.locator('footer').evaluate((footer) => footer.remove());
  const png = await person.page.screenshot();
  await context.close();
  return `<img class="${shot.place}" width="${shownWidth}" alt="" src="data:image/png;base64,${png.toString('base64')}">`;
}

async function draw(browser: Browser, app: App): Promise<Buffer> {
  const images: string[] = [];
  for (const shot of SHOTS) images.push(await shoot(browser, app, shot));
  const page = await browser.newPage({ viewport: SIZE, deviceScaleFactor: SHARPNESS });
  await page.setContent(`<!doctype html><style>${LAYOUT}</style>${images.join('')}`);
  return page.screenshot();
}

const chromium = findTool('chromium', process.env);
if (chromium === null) throw new Error('needs chromium: apt-get install chromium');
const app = await startDemo();
const browser = await launchChromium(chromium);
try {
  const picture = await draw(browser, app);
  mkdirSync(join(ROOT, 'docs'), { recursive: true });
  writeFileSync(PICTURE, picture);
} finally {
  await browser.close();
  await app.stop();
}
