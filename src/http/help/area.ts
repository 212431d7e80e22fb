/** Help for people who sign in as an area: `/help/TOPIC`. */
import Router from '@koa/router';
import type { Context, Next } from 'koa';
import { HELP_TOPICS, isHelpTopic, loadHelp } from '../../presentation/help.ts';
import type { Render } from '../pages/page-contract.ts';
import { helpPath } from '../pages/site.ts';
import type { Area } from '../server/area.ts';

export function helpArea({ render }: { readonly render: Render }): Area {
  const texts = loadHelp();
  const router = new Router({ prefix: '/help' });

  router.get('/', (ctx) => ctx.redirect(helpPath(HELP_TOPICS[0])));
  router.get('/:topic', show);

  async function show(ctx: Context, next: Next): Promise<void> {
    const topic = String(ctx.params.topic);
    if (!isHelpTopic(topic)) return next();
    const topics = HELP_TOPICS.map((each) => ({
      topic: each,
      href: helpPath(each),
      isCurrent: each === topic,
    }));
    render(ctx, 'help', { topic, texts, topics });
  }

  return { name: 'help', paths: ['/help'], routes: router };
}
