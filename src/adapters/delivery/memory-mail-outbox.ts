/** Queued mail in the memory of the process, for a guest that names no store. It ends with the process. */
import type { LeasedMail, MailOutboxStore } from '../../ports/mail.ts';

interface Entry {
  readonly mail: LeasedMail;
  readonly isLeased: boolean;
  readonly dueAt: number;
}

export function createMemoryMailOutbox(): MailOutboxStore {
  const entries = new Map<string, Entry>();

  return {
    async insert(mail, now, leasedUntil) {
      if (entries.has(mail.id)) return;
      const isLeased = leasedUntil !== null;
      const kept = { ...mail, lease: Number(isLeased), putOffs: 0, lostLeases: 0 };
      entries.set(mail.id, { mail: kept, isLeased, dueAt: leasedUntil ?? now });
    },

    async take(limit, now, leasedUntil) {
      const due = [...entries.values()].filter(({ dueAt }) => dueAt <= now);
      due.sort((a, b) => a.dueAt - b.dueAt);
      return due.slice(0, limit).map(({ mail, isLeased }) => {
        const lostLeases = mail.lostLeases + Number(isLeased);
        const leased = { ...mail, lease: mail.lease + 1, lostLeases };
        entries.set(mail.id, { mail: leased, isLeased: true, dueAt: leasedUntil });
        return leased;
      });
    },

    async putOff({ id, lease }, dueAt) {
      const entry = entries.get(id);
      if (!entry || entry.mail.lease !== lease) return;
      const mail = { ...entry.mail, putOffs: entry.mail.putOffs + 1 };
      entries.set(id, { mail, isLeased: false, dueAt });
    },

    async remove(id) {
      entries.delete(id);
    },
  };
}
