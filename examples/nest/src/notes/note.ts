export enum Status {
  Open = 'open',
  Done = 'done',
}

export class Note {
  constructor(
    readonly id: number,
    public text: string,
    public status: Status = Status.Open,
  ) {}
}
