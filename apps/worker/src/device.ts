import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { arch } from 'node:os';

/** What computes on this machine. */
export interface Device {
  /** Instruction set of the CPU, or the GPU's model: recorded with attempts, not in stage keys. */
  readonly model: string;
  /** GPU indices; empty = CPU only. */
  readonly gpus: readonly number[];
}

/** The widest vector instructions of the CPU, on which kernels' last bits depend. */
export function instructionSet(cpuinfo: string): string {
  const flags = new Set(/^flags\s*:\s*(.*)$/m.exec(cpuinfo)?.[1]?.split(' ') ?? []);
  return ['avx512f', 'avx2', 'avx', 'sse2'].find((flag) => flags.has(flag)) ?? arch();
}

function readCpuInfo(): string {
  try {
    return readFileSync('/proc/cpuinfo', 'utf8');
  } catch {
    return '';
  }
}

/** GPUs that `nvidia-smi` lists; none where it is absent. */
export function listGpus(): { index: number; name: string }[] {
  try {
    const text = execFileSync('nvidia-smi', ['--query-gpu=index,name', '--format=csv,noheader'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return text.split('\n').flatMap((line) => {
      const [index, name] = line.split(', ');
      return name ? [{ index: Number(index), name: name.trim() }] : [];
    });
  } catch {
    return [];
  }
}

/** The device that a backend computes on. */
export function findDevice(usesGpu: boolean): Device {
  const gpus = usesGpu ? listGpus() : [];
  return gpus.length > 0
    ? { model: gpus[0]!.name, gpus: gpus.map(({ index }) => index) }
    : { model: instructionSet(readCpuInfo()), gpus: [] };
}
