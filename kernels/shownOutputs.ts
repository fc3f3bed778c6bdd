import type { CellEvent, CellOutput } from './notebook';

/** Applies a kernel's events to the outputs of the cells that ran. */
export class ShownOutputs {
  private outputs: CellOutput[] = [];
  private isToBeCleared = false;
  /** Where the outputs of a name are. */
  private readonly named = new Map<
    string,
    { readonly outputs: CellOutput[]; readonly index: number }[]
  >();

  /** The list of the outputs of a cell that starts now. */
  ofNewCell(): readonly CellOutput[] {
    this.outputs = [];
    this.isToBeCleared = false;
    return this.outputs;
  }

  take(event: CellEvent): void {
    if (event.output_type === 'clear_output') {
      this.isToBeCleared = true;
      if (!event.wait) this.clear();
    } else if (event.output_type === 'update_display_data') {
      const { data, metadata, transient } = event;
      for (const { outputs, index } of this.named.get(transient.display_id) ?? [])
        outputs[index] = { output_type: 'display_data', data, metadata };
    } else {
      if (this.isToBeCleared) this.clear();
      this.append(event);
    }
  }

  private clear(): void {
    this.isToBeCleared = false;
    this.outputs.length = 0;
    for (const [name, places] of this.named)
      this.named.set(
        name,
        places.filter(({ outputs }) => outputs !== this.outputs),
      );
  }

  /** Adds an output; text is appended to the last output if that is of the same stream. */
  private append(
    event: Exclude<CellEvent, { output_type: 'clear_output' | 'update_display_data' }>,
  ): void {
    const { outputs, named } = this;
    const last = outputs.at(-1);
    if (
      event.output_type === 'stream' &&
      last?.output_type === 'stream' &&
      last.name === event.name
    ) {
      outputs[outputs.length - 1] = { ...last, text: last.text + event.text };
      return;
    }
    if (!('transient' in event)) {
      outputs.push(event);
      return;
    }
    const { transient, ...output } = event;
    const places = named.get(transient.display_id) ?? [];
    named.set(transient.display_id, [...places, { outputs, index: outputs.length }]);
    outputs.push(output);
  }
}
