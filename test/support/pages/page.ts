/** An answer of the server as a visitor sees it: its name, its alert, its marks, and its forms filled in. */
import type { IncomingHttpHeaders } from 'node:http';
import { type CheerioAPI, load } from 'cheerio';

/** The typed values of a form, by field name; a list sends the field several times. */
export type Fields = Readonly<Record<string, string | readonly string[]>>;

/** A form as the browser would send it. */
export interface FilledForm {
  readonly method: 'GET' | 'POST';
  /** Absolute. */
  readonly action: string;
  readonly body: URLSearchParams;
}

export interface Page {
  readonly url: string;
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The absolute target of a redirect; null when the answer is none. */
  readonly location: string | null;
  /** `data-page` of the body; null where the answer is no page of ours. */
  readonly name: string | null;
  /** The error code of the alert, if there is one. */
  readonly error: string | null;
  /** The whole document, parsed as a browser parses it. */
  readonly $: CheerioAPI;
  /** The text of every `data-mark` of this name. */
  marks(name: string): string[];
  /** The text of the only `data-mark` of this name; throws when there is not exactly one. */
  mark(name: string): string;
  /** The first link whose address ends so, absolute; null when there is none. */
  link(ending: string): string | null;
  /**
   * The form that has the button, or else the one that has most of these fields, with them filled in. A button is named, or
   * named with its value: `set-up=totp`. Several buttons may have one name: `fields` tells the value of the pressed one too.
   */
  form(fields: Fields, button?: string): FilledForm;
}

export interface Answer {
  readonly url: string;
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

function selectorOf(button: string): string {
  const [name = '', value] = button.split('=');
  return `[name="${name}"]${value === undefined ? '' : `[value="${value}"]`}`;
}

const CONTROLS = 'input, select, textarea';
const BUTTONS = 'button:not([type]), button[type=submit], input[type=submit]';

export function createPage(answer: Answer): Page {
  const { url, headers } = answer;
  const $ = load(answer.text);

  function absolute(address: string): string {
    return new URL(address, url).href;
  }

  function marks(name: string): string[] {
    return $(`[data-mark="${name}"]`)
      .toArray()
      .map((element) => $(element).text().trim());
  }

  /** The page's own forms come before those of its header and footer. */
  function formsInOrder() {
    const within = $('main form').toArray();
    return [
      ...within,
      ...$('form')
        .toArray()
        .filter((form) => !within.includes(form)),
    ];
  }

  /** The elements of a form: those within it, and those that name it (HTML, "form owner"). */
  function ownedBy(form: ReturnType<typeof formsInOrder>[number], selector: string) {
    const id = $(form).attr('id') ?? '';
    return $(selector).filter((_, each) => {
      const named = $(each).attr('form');
      return named === undefined ? $(each).closest('form').is(form) : named === id;
    });
  }

  function chooseForm(fields: Fields, button: string | undefined) {
    const suits =
      button === undefined
        ? (form: ReturnType<typeof formsInOrder>[number]) =>
            Object.keys(fields).filter((name) => ownedBy(form, `[name="${name}"]`).length > 0).length
        : (form: ReturnType<typeof formsInOrder>[number]) =>
            ownedBy(form, BUTTONS).filter(selectorOf(button)).length;
    const ranked = formsInOrder().map((form) => ({ form, score: suits(form) }));
    const best = Math.max(...ranked.map(({ score }) => score));
    const chosen = ranked.find(({ score }) => score === best);
    if (chosen === undefined || (button !== undefined && best === 0)) {
      throw new Error(`${url} has no form${button === undefined ? '' : ` with a button "${button}"`}`);
    }
    return chosen.form;
  }

  function form(fields: Fields, button?: string): FilledForm {
    const owner = chooseForm(fields, button);
    const buttons = ownedBy(owner, BUTTONS);
    const chosen = $(owner);
    // Without a click the browser takes the form's first button (HTML, "implicit submission").
    const named = button === undefined ? buttons : buttons.filter(selectorOf(button));
    const wanted = named.filter((_, each) => $(each).attr('value') === fields[button ?? '']);
    const pressed = button === undefined ? buttons.first() : (wanted.length > 0 ? wanted : named).first();
    const body = new URLSearchParams(
      ownedBy(owner, CONTROLS)
        .serializeArray()
        .map(({ name, value }): [string, string] => [name, value]),
    );
    for (const [name, values] of Object.entries(fields)) {
      if (name === button) continue;
      body.delete(name);
      for (const value of [values].flat()) body.append(name, value);
    }
    const pressedName = pressed.attr('name');
    if (pressedName) body.append(pressedName, pressed.attr('value') ?? '');
    const method = chosen.attr('method')?.toUpperCase() === 'POST' ? 'POST' : 'GET';
    return { method, action: absolute(pressed.attr('formaction') ?? chosen.attr('action') ?? url), body };
  }

  return {
    ...answer,
    $,
    location: headers.location === undefined ? null : absolute(headers.location),
    name: $('body').attr('data-page') ?? null,
    error: $('[role=alert][data-error]').attr('data-error') ?? null,
    marks,
    mark(name) {
      const [only, ...more] = marks(name);
      if (only === undefined || more.length > 0) throw new Error(`${url} has not one mark "${name}"`);
      return only;
    },
    link(ending) {
      const found = $('a[href]')
        .toArray()
        .map((element) => $(element).attr('href') ?? '')
        .find((href) => href.endsWith(ending));
      return found === undefined ? null : absolute(found);
    },
    form,
  };
}
