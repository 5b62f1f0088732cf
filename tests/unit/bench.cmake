keel_test(bench_test
  SOURCES
    bench_command_line_test.cpp
    bench_histogram_test.cpp
    bench_live_rebuild_test.cpp
    bench_machine_test.cpp
    bench_picture_test.cpp
    bench_processes_test.cpp
    bench_report_test.cpp
    bench_requests_test.cpp
    bench_schedule_test.cpp
  DEPENDS keel_bench keel_proto_commands keel_test_process
  LABELS unit)
