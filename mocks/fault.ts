/** What a mock can do to a client on purpose. Ids follow Toxiproxy where it has the fault. */
export interface Fault {
  readonly id: string;
  readonly summary: string;
}
