// gcc 12's ThreadSanitizer does not intercept C11 threads, which librdkafka uses, and crashes. Linked into every program
// of the tsan preset: C11 threads made of the POSIX threads that it does intercept.
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <threads.h>

struct start {
  thrd_start_t function;
  void* argument;
};

static void* run(void* raw) {
  const struct start start = *(struct start*)raw;
  free(raw);
  return (void*)(intptr_t)start.function(start.argument);
}

int thrd_create(thrd_t* thread, thrd_start_t function, void* argument) {
  struct start* start = malloc(sizeof *start);
  if (start == NULL) return thrd_nomem;
  *start = (struct start){function, argument};
  if (pthread_create(thread, NULL, run, start) == 0) return thrd_success;
  free(start);
  return thrd_error;
}

int thrd_join(thrd_t thread, int* result) {
  void* value = NULL;
  if (pthread_join(thread, &value) != 0) return thrd_error;
  if (result != NULL) *result = (int)(intptr_t)value;
  return thrd_success;
}
