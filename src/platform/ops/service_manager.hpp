#pragma once

#include <chrono>
#include <string>

/// What systemd is told by a unit of Type=notify (sd_notify(3)): a datagram to the socket that NOTIFY_SOCKET names.
/// Without that variable nobody is told. A datagram that can't be sent is logged.
namespace stoa::service_manager {

/// All that a start takes is done. `status` is what `systemctl status` shows.
void ready(const std::string& status);

/// It ends, within that time.
void stopping(std::chrono::milliseconds within);

}  // namespace stoa::service_manager
