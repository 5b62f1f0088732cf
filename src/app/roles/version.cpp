#include <grpcpp/version_info.h>

#include <iostream>

#include "app/role.hpp"
#include "app/roles/roles.hpp"

namespace keel::app {

std::string_view version() { return KEEL_VERSION; }

Exit run_version(const Configuration&, const std::vector<Context>& contexts, const std::vector<std::string>&) {
  std::cout << "keel " << version() << "\ngrpc " << GRPC_CPP_VERSION_STRING << "\ncontexts";
  for (const auto& context : contexts) std::cout << ' ' << context.name;
  std::cout << '\n';
  return Exit::ok;
}

}  // namespace keel::app
