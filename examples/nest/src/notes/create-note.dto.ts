export class CreateNoteDto {
  text: string;
}
