/** The events of the audit log: complete, dated, and with the network of an IP address only. */
import { expect } from 'chai';
import type { AuditEvent } from '../../../src/domain/audit-event.ts';
import { createAuditLog } from '../../../src/use-cases/administration/audit-log.ts';
import { NOW } from '../../contracts/examples.ts';
import { ADDRESS, freshSetting, NETWORK } from '../setting.ts';

describe('the audit log', () => {
  const setting = freshSetting();
  const lines = () => setting().stores.audit.list({ limit: 10 });

  it('stores an event with id and time, without empty fields', async () => {
    await setting().needs.auditLog({ event: 'config.reloaded' });
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
    };
    expect(rest).to.deep.equal({ ...nothing, event: 'config.reloaded', atMs: NOW });
  });

  it('gives later events greater ids that cannot be guessed', async () => {
    const { clock, needs } = setting();
    for (let line = 0; line < 5; line += 1) {
      await needs.auditLog({ event: 'config.reloaded' });
      clock.nextStep(1);
    }
    const ids = (await lines()).map(({ id }) => id).toReversed();
    expect(ids).to.deep.equal(ids.toSorted());
    expect(new Set(ids.map((id) => id.slice(12))).size).to.equal(5);
    expect(Number.parseInt(ids[0]?.slice(0, 12) ?? '', 16)).to.equal(NOW);
  });

  it('keeps the details of an event, and only the network of an IP address', async () => {
    const said = { accountId: 'bob', tenantId: 'acme', clientId: 'rp', method: 'totp', reason: 'code_used' };
    await setting().needs.auditLog({ ...said, event: 'second_factor.refused', ip: ADDRESS });
    expect((await lines())[0]).to.deep.include({ ...said, event: 'second_factor.refused', ip: NETWORK });
    expect(setting().onDisk()).not.to.include(ADDRESS);
  });

  it('publishes an event once it is stored, and none that is not stored', async () => {
    const told: AuditEvent[] = [];
    const auditLog = createAuditLog(setting().needs, (event) => told.push(event));
    await auditLog({ event: 'config.reloaded' });
    expect(told).to.deep.equal(await lines());
    setting().stores.close();
    const fault = await auditLog({ event: 'config.reloaded' }).then(
      () => null,
      (error: unknown) => error,
    );
    expect(fault).to.be.instanceOf(Error);
    expect(told).to.have.lengthOf(1);
  });
});
