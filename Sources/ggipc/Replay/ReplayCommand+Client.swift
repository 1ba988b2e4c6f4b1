// SPDX-License-Identifier: Apache-2.0

import EventReactor

extension ReplayCommand {
    func replayClient(on loop: EventLoop) async throws -> Int32 {
        throw CommandFailure("--as client is not there yet")
    }
}
