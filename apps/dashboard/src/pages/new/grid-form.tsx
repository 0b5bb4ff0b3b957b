import { Button, Group, NumberInput, Select, Stack, TagsInput, Text, TextInput } from '@mantine/core';
import { KNOWN_AXES, type GridSpec, type Level } from '@ablate/design-space';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { inventoryQuery } from '../../api/queries.js';
import { levelText } from '../../format/levels.js';
import { levelOf, seedCount, tagOf, withBaseline, withLevels, withSeeds } from './edit-grid.js';
import { suggestions } from './suggestions.js';

interface Props {
  readonly spec: GridSpec;
  readonly onChange: (spec: GridSpec) => void;
}

/** The parts of a grid that most people change; everything else stays as the YAML has it. */
export function GridForm({ spec, onChange }: Props) {
  const { data: inventory } = useQuery(inventoryQuery());
  const offered = suggestions(inventory);
  const axes = [...new Set([...KNOWN_AXES, ...Object.keys(spec.axes)])];
  return (
    <Stack className="panel" gap="sm">
      <Group grow>
        <TextInput
          label="Project"
          required
          value={spec.project}
          onChange={({ currentTarget }) => onChange({ ...spec, project: currentTarget.value })}
        />
        <TextInput
          label="Name"
          required
          value={spec.name}
          onChange={({ currentTarget }) => onChange({ ...spec, name: currentTarget.value })}
        />
      </Group>
      {axes.map((axis) => (
        <Axis key={axis} axis={axis} spec={spec} onChange={onChange} offered={offered.axes[axis] ?? []} />
      ))}
      <AddAxis onAdd={(axis) => onChange(withLevels(spec, axis, [0]))} taken={axes} />
      <Group grow>
        <NumberInput
          label="Seeds"
          min={1}
          max={100}
          allowDecimal={false}
          value={seedCount(spec)}
          onChange={(next) => typeof next === 'number' && next >= 1 && onChange(withSeeds(spec, next))}
        />
        <NumberInput
          label="Priority"
          description="0 to 100, higher first"
          inputWrapperOrder={['label', 'input', 'description']}
          min={0}
          max={100}
          value={spec.priority ?? 50}
          onChange={(next) => typeof next === 'number' && onChange({ ...spec, priority: next })}
        />
      </Group>
      <TagsInput
        label="Evaluate"
        description="Benchmarks; the first decides the best cell"
        data={offered.benchmarks}
        value={[...(spec.evaluate ?? [])]}
        onChange={(evaluate) => onChange({ ...spec, evaluate })}
      />
    </Stack>
  );
}

interface AxisProps extends Props {
  readonly axis: string;
  readonly offered: readonly string[];
}

function Axis({ axis, spec, onChange, offered }: AxisProps) {
  const levels: readonly Level[] = (spec.axes as Record<string, readonly Level[]>)[axis] ?? [];
  const baseline = (spec.baseline as Record<string, Level> | undefined)?.[axis];
  const base = levels.find(
    (level) => baseline !== undefined && levelText(level).startsWith(levelText(baseline)),
  );
  return (
    <Group align="end" gap="xs">
      <TagsInput
        flex="1 1 240px"
        miw={0}
        label={axis}
        placeholder={levels.length === 0 ? 'Not part of this grid' : ''}
        data={[...offered]}
        value={levels.map(tagOf)}
        onChange={(tags) => onChange(withLevels(spec, axis, tags.map(levelOf)))}
      />
      {levels.length > 1 && (
        <Select
          w={150}
          label="Baseline"
          aria-label={`Baseline of ${axis}`}
          data={levels.map((level) => ({ value: tagOf(level), label: levelText(level) }))}
          value={base === undefined ? null : tagOf(base)}
          onChange={(tag) => tag !== null && onChange(withBaseline(spec, axis, levelOf(tag)))}
        />
      )}
    </Group>
  );
}

function AddAxis({
  onAdd,
  taken,
}: {
  readonly onAdd: (axis: string) => void;
  readonly taken: readonly string[];
}) {
  const [name, setName] = useState('');
  const fits = /^[\w]+(\.[\w]+)+$/.test(name) && !taken.includes(name);
  return (
    <div>
      <Group align="end" gap="xs">
        <TextInput
          flex={1}
          miw={0}
          label="Another axis"
          placeholder="stages.finetune.learningRate"
          value={name}
          onChange={({ currentTarget }) => setName(currentTarget.value.trim())}
        />
        <Button
          variant="default"
          disabled={!fits}
          onClick={() => {
            onAdd(name);
            setName('');
          }}
        >
          Add
        </Button>
      </Group>
      <Text size="xs" c="dimmed" mt={2}>
        A dotted path into a stage's settings.
      </Text>
    </div>
  );
}
