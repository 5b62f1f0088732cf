keel_test(bench_load_test SOURCES bench_load_test.cpp DEPENDS keel_bench LABELS integration)
