/* Pi by the share of random points of a square that lie in the circle; goes on from a checkpoint.
 *
 *     pi RANK SAMPLES CHECKPOINT OUTPUT
 *
 * RANK chooses the random numbers. The folder CHECKPOINT has the file `state` or not: how many points were drawn, how many of
 * them lie inside, and the state of the generator, so that a run that was stopped ends with the numbers of one that never was.
 * OUTPUT/pi.csv has the result.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { SAMPLES_A_CHECKPOINT = 1 << 24 };

/* SplitMix64: G. L. Steele, D. Lea, C. H. Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014. */
static uint64_t mix(uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

static uint64_t next(uint64_t *state) { return mix(*state += 0x9e3779b97f4a7c15u); }

static void fail(const char *what) {
  fprintf(stderr, "pi: %s\n", what);
  exit(1);
}

/* Whole or not at all: under another name first, on the disk, then renamed. */
static void save(const char *folder, uint64_t done, uint64_t inside, uint64_t state) {
  char part[4096], whole[4096];
  snprintf(part, sizeof part, "%s/state.part", folder);
  snprintf(whole, sizeof whole, "%s/state", folder);
  FILE *file = fopen(part, "w");
  if (!file) fail("the checkpoint cannot be written");
  fprintf(file, "%" PRIu64 " %" PRIu64 " %" PRIu64 "\n", done, inside, state);
  if (fflush(file) || fsync(fileno(file)) || fclose(file) || rename(part, whole)) fail("the checkpoint cannot be written");
}

int main(int argc, char **argv) {
  if (argc != 5) fail("wants RANK SAMPLES CHECKPOINT OUTPUT");
  uint64_t samples = strtoull(argv[2], NULL, 10), done = 0, inside = 0;
  uint64_t state = mix(strtoull(argv[1], NULL, 10) + 1);
  char path[4096];

  snprintf(path, sizeof path, "%s/state", argv[3]);
  FILE *file = fopen(path, "r");
  if (file) {
    if (fscanf(file, "%" SCNu64 " %" SCNu64 " %" SCNu64, &done, &inside, &state) != 3) fail("the checkpoint is damaged");
    fclose(file);
    fprintf(stderr, "goes on after %" PRIu64 " points\n", done);
  }
  while (done < samples) {
    uint64_t until = samples - done < SAMPLES_A_CHECKPOINT ? samples : done + SAMPLES_A_CHECKPOINT;
    for (; done < until; done++) {
      uint64_t bits = next(&state), x = bits >> 33, y = bits & 0x7fffffff;
      /* Whole numbers of 31 bits: no rounding anywhere. */
      inside += x * x + y * y < (UINT64_C(1) << 62);
    }
    save(argv[3], done, inside, state);
  }

  snprintf(path, sizeof path, "%s/pi.csv", argv[4]);
  file = fopen(path, "w");
  if (!file || fprintf(file, "samples,inside,pi\n%" PRIu64 ",%" PRIu64 ",%.12f\n", samples, inside, 4.0 * inside / samples) < 0 ||
      fclose(file))
    fail("the result cannot be written");
  return 0;
}
