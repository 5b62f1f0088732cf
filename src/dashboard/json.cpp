#include "dashboard/json.hpp"

#include "core/utc.hpp"
#include "ops/utf8.hpp"

namespace keel::dashboard {

Json text(std::string_view bytes) { return ops::mend_utf8(bytes); }
Json whole(std::int64_t number) { return std::to_string(number); }
Json whole(std::uint64_t number) { return std::to_string(number); }
Json moment(Timestamp at) { return utc_text_us(at); }

std::string dump(const Json& document) { return document.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace keel::dashboard
