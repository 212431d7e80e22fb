/** What use cases ask of the world to tell somebody something. */
export interface Message {
  readonly channel: 'email' | 'sms';
  readonly to: string;
  /** Empty for SMS. */
  readonly subject: string;
  readonly text: string;
}

export interface MessageSender {
  send(message: Message): Promise<void>;
}
