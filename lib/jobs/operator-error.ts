/** What stops an operator's command or job, for the operator: a stable code, a text, and how the process ends. */
const catalogue = {
  USAGE: { exitCode: 2 },
  REFUSED: { exitCode: 3 },
  NOT_DEPLOYED: { exitCode: 4 },
  AWS_UNAVAILABLE: { exitCode: 4 },
  NOT_SWITCHED_ON: { exitCode: 3 },
  WRONG_LEGACY_SECRET: { exitCode: 3 },
  JOB_NOT_FOUND: { exitCode: 2 },
  EVENT_NOT_FOUND: { exitCode: 2 },
  JOB_TAKEN_OVER: { exitCode: 1 },
  JOB_STOPPED: { exitCode: 1 },
  SOURCE_UNAVAILABLE: { exitCode: 4 },
} as const;

export type OperatorErrorCode = keyof typeof catalogue;

/** Its message is for the operator, and made of what the operator wrote or what is no secret: never of a record's content. */
export class OperatorError extends Error {
  override readonly name = "OperatorError";
  readonly code: OperatorErrorCode;

  constructor(code: OperatorErrorCode, message: string) {
    super(message);
    this.code = code;
  }

  get exitCode(): number {
    return catalogue[this.code].exitCode;
  }
}
