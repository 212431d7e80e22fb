/** The collection of accounts. Each has a summary of its enrolments, and the texts that administrators search it by. */
import { Schema } from 'mongoose';
import { OPTIONS } from './options.ts';

export interface AccountDocument {
  _id: string;
  tenantId: string;
  email: string;
  emailConfirmed: boolean;
  name: string;
  phone: string | null;
  role: string;
  groups: string[];
  manages: string[];
  locale: string | null;
  passwordHash: string | null;
  /** Absent from what an older release has written. */
  frozenAt?: Date | null;
  heldAt?: Date | null;
  endsBefore?: Date | null;
  notificationEmail?: string | null;
  disabledAt?: Date | null;
  invitedAt?: Date | null;
  mailResetAt?: Date | null;
  enforcement?: string | null;
  /** JSON, as the two below. */
  pendingEmail?: string | null;
  pendingNotificationEmail?: string | null;
  formerEmails?: string;
  givenName?: string | null;
  familyName?: string | null;
  username?: string | null;
  /** JSON. */
  attributes?: string;
  updatedAt?: Date;
  createdAt: Date;
  /** The names of all methods that are set up, in the order of the alphabet, with spaces between. */
  methods?: string;
  /** Whether one of them is a factor. */
  hasFactor?: boolean;
  /** As `searchTextsOf` spells them. */
  searchName?: string;
  searchFamilyName?: string | null;
  searchEmail?: string | null;
}

export const account = new Schema<AccountDocument>(
  {
    _id: String,
    tenantId: String,
    email: String,
    emailConfirmed: Boolean,
    name: String,
    phone: String,
    role: String,
    groups: [String],
    manages: [String],
    locale: String,
    passwordHash: String,
    frozenAt: Date,
    heldAt: Date,
    endsBefore: Date,
    notificationEmail: String,
    disabledAt: Date,
    invitedAt: Date,
    mailResetAt: Date,
    enforcement: String,
    pendingEmail: String,
    pendingNotificationEmail: String,
    formerEmails: String,
    givenName: String,
    familyName: String,
    username: String,
    attributes: String,
    updatedAt: Date,
    createdAt: Date,
    methods: String,
    hasFactor: Boolean,
    searchName: String,
    searchFamilyName: String,
    searchEmail: String,
  },
  { ...OPTIONS, collection: 'accounts' },
)
  .index({ email: 1 }, { unique: true })
  .index({ tenantId: 1, email: 1 })
  .index({ tenantId: 1, role: 1, email: 1 })
  .index({ tenantId: 1, groups: 1, email: 1 })
  .index({ tenantId: 1, disabledAt: 1, email: 1 })
  .index({ tenantId: 1, disabledAt: 1, hasFactor: 1, email: 1 })
  .index({ tenantId: 1, disabledAt: 1, emailConfirmed: 1, email: 1 })
  .index({ tenantId: 1, searchName: 1 })
  .index({ tenantId: 1, searchFamilyName: 1 })
  .index({ tenantId: 1, searchEmail: 1 })
  .index({ methods: 1 });
