// SPDX-License-Identifier: Apache-2.0

import EventReactor

/// What `--color` takes.
enum ColourChoice: String, CaseIterable {
    case auto
    case always
    case never

    /// Whether to colour what goes to a descriptor: a terminal and no pipe, unless told otherwise. `NO_COLOR` in the
    /// environment counts as told.
    func isOn(for descriptor: Int32) -> Bool {
        switch self {
        case .always: true
        case .never: false
        case .auto:
            CurrentProcess.isTerminal(descriptor) && (CurrentProcess.environment("NO_COLOR") ?? "").isEmpty
                && CurrentProcess.environment("TERM") != "dumb"
        }
    }
}
