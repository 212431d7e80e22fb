/** The event log: it stores a dated line with a part of the IP address, and passes the event to its subscribers. */
import { expect } from 'chai';
import type { AuditEvent } from '../../../src/domain/events.ts';
import type { EventSubscriber } from '../../../src/ports/events.ts';
import type { LogFields } from '../../../src/ports/log.ts';
import { createEventLog } from '../../../src/use-cases/events/event-log.ts';
import { NOW } from '../../contracts/examples.ts';
import { ADDRESS, freshSetting, NETWORK, random } from '../setting.ts';

describe('the event log', () => {
  const setting = freshSetting();
  const logged: LogFields[] = [];
  const withSubscribers = (...subscribers: EventSubscriber[]) => {
    const { stores, clock } = setting();
    const log = (fields: LogFields) => void logged.push(fields);
    return createEventLog({ audit: stores.audit, subscribers, clock, random, log });
  };
  const lines = () => setting().stores.audit.list({ limit: 10 });

  it('stores an event with id and time, without empty fields', async () => {
    await setting().needs.events.append({ name: 'config.reloaded' });
    const [line] = await lines();
    const { id, ...rest } = line ?? { id: '' };
    expect(id).to.match(/^[0-9a-f]{44}$/);
    const nothing = {
      accountId: null,
      tenantId: null,
      clientId: null,
      method: null,
      reason: null,
      ip: null,
      reference: null,
      actor: null,
    };
    expect(rest).to.deep.equal({ ...nothing, event: 'config.reloaded', atMs: NOW });
  });

  it('gives later events greater ids that cannot be guessed', async () => {
    const { clock, needs } = setting();
    for (let line = 0; line < 5; line += 1) {
      await needs.events.append({ name: 'config.reloaded' });
      clock.nextStep(1);
    }
    const ids = (await lines()).map(({ id }) => id).toReversed();
    expect(ids).to.deep.equal(ids.toSorted());
    expect(new Set(ids.map((id) => id.slice(12))).size).to.equal(5);
    expect(Number.parseInt(ids[0]?.slice(0, 12) ?? '', 16)).to.equal(NOW);
  });

  it('stores and publishes an event that happens once, however often it is appended', async () => {
    const told: AuditEvent[] = [];
    const { append } = withSubscribers((_event, line) => void told.push(line));
    for (const key of ['sign-in-1', 'sign-in-1', 'sign-in-2', 'sign-in-1']) {
      await append({ name: 'sign_in.completed', once: { key, atMs: NOW } });
      setting().clock.nextStep(1);
    }
    await append({ name: 'second_factor.accepted', once: { key: 'sign-in-1', atMs: NOW } });
    expect(told).to.have.lengthOf(3);
    expect((await lines()).toReversed()).to.deep.equal(told);
  });

  it('publishes an event that is retold, and stores it once [R23]', async () => {
    const told: AuditEvent[] = [];
    const { append } = withSubscribers((_event, line) => void told.push(line));
    for (const isRetold of [false, false, true])
      await append({ name: 'sign_in.completed', once: { key: 'sign-in-1', atMs: NOW, isRetold } });
    expect(told).to.have.lengthOf(2);
    expect(await lines()).to.have.lengthOf(1);
  });

  it('keeps the details of an event, and only the network of an IP address', async () => {
    const said = { accountId: 'bob', tenantId: 'acme', clientId: 'rp', method: 'totp', reason: 'code_used' };
    await setting().needs.events.append({ ...said, name: 'second_factor.refused', ip: ADDRESS });
    expect((await lines())[0]).to.deep.include({ ...said, event: 'second_factor.refused', ip: NETWORK });
    expect(setting().onDisk()).not.to.include(ADDRESS);
  });

  it('stores several events in one act, and passes on each of them in their order', async () => {
    const told: AuditEvent[] = [];
    const acts: (readonly AuditEvent[])[] = [];
    const { stores, clock } = setting();
    const audit = {
      ...stores.audit,
      appendAll: (events: readonly AuditEvent[]) => {
        acts.push(events);
        return stores.audit.appendAll(events);
      },
    };
    const subscribers = [(_event: unknown, line: AuditEvent) => void told.push(line)];
    const { append } = createEventLog({ audit, subscribers, clock, random, log: () => {} });
    await append({ name: 'config.reloaded' }, { name: 'set_up.proven', accountId: 'bob' });
    expect(told.map(({ event }) => event)).to.deep.equal(['config.reloaded', 'set_up.proven']);
    expect(acts).to.deep.equal([told]);
    expect((await lines()).toReversed()).to.deep.equal(told);
  });

  it('gives several events one by one to an audit log that takes them so', async () => {
    const taken: string[] = [];
    const { clock } = setting();
    const audit = { append: async ({ event }: AuditEvent) => void taken.push(event) };
    const { append } = createEventLog({ audit, subscribers: [], clock, random, log: () => {} });
    await append({ name: 'config.reloaded' }, { name: 'set_up.proven', accountId: 'bob' });
    expect(taken).to.deep.equal(['config.reloaded', 'set_up.proven']);
  });

  it('publishes an event once it is stored, and none that is not stored', async () => {
    const told: AuditEvent[] = [];
    const { append } = withSubscribers((_event, line) => void told.push(line));
    await append({ name: 'config.reloaded' });
    expect(told).to.deep.equal(await lines());
    setting().stores.close();
    const fault = await append({ name: 'config.reloaded' }).then(
      () => null,
      (error: unknown) => error,
    );
    expect(fault).to.be.instanceOf(Error);
    expect(told).to.have.lengthOf(1);
  });

  it('waits for each subscriber, in the order of the list', async () => {
    const steps: string[] = [];
    const { append } = withSubscribers(
      () => void steps.push('first'),
      async () => {
        await new Promise(setImmediate);
        steps.push('last');
      },
      () => void steps.push('second'),
    );
    await append({ name: 'config.reloaded' });
    expect(steps).to.deep.equal(['first', 'second', 'last']);
  });

  it('keeps the event and calls the other subscribers when one fails, and logs the error', async () => {
    logged.length = 0;
    const told: string[] = [];
    const error = new Error('a subscriber is out of order');
    const { append } = withSubscribers(
      () => {
        throw error;
      },
      () => Promise.reject(error),
      ({ name }) => void told.push(name),
    );
    await append({ name: 'config.reloaded' });
    expect(told).to.deep.equal(['config.reloaded']);
    expect((await lines()).map(({ event }) => event)).to.deep.equal(['config.reloaded']);
    const failure = { event: 'event.subscriber_failed', reason: 'config.reloaded', error };
    expect(logged).to.deep.equal([failure, failure]);
  });
});
