import { Skeleton, Stack } from '@mantine/core';

/** Stands where a list will be, as high as the list. */
export const LoadingRows = ({
  rows = 6,
  height = 36,
}: {
  readonly rows?: number;
  readonly height?: number;
}) => (
  <Stack gap={6} role="status" aria-label="Loading">
    {Array.from({ length: rows }, (_, i) => (
      <Skeleton key={i} height={height} />
    ))}
  </Stack>
);

/** Stands where a figure will be. */
export const LoadingFigure = ({ height = 360 }: { readonly height?: number }) => (
  <Skeleton height={height} role="status" aria-label="Loading" />
);
