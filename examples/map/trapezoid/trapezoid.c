/* Integrates 4 / (1 + x^2) from 0 to 1, which is pi, by the trapezoid rule over n intervals.
 *
 *     trapezoid N
 *
 * Prints n, the sum and its error, as CSV. The error is 1 / (6 n^2) and less beyond (Euler-Maclaurin), until
 * rounding of n additions is more than that.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static double f(double x) { return 4 / (1 + x * x); }

int main(int argc, char **argv) {
  long n = argc == 2 ? strtol(argv[1], NULL, 10) : 0;
  if (n < 1) {
    fprintf(stderr, "trapezoid: wants the number of intervals, 1 or more\n");
    return 1;
  }
  double sum = (f(0) + f(1)) / 2;
  for (long i = 1; i < n; i++) sum += f((double)i / n);
  sum /= n;
  printf("%ld,%.17g,%.17g\n", n, sum, M_PI - sum);
  return 0;
}
