export const measureVectors = 0 as never,
  judgeVectors = 0 as never,
  formatVectors = 0 as never
