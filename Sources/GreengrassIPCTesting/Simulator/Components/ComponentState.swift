// SPDX-License-Identifier: Apache-2.0

extension SimulatedComponent {
    /// Where a component is in its life, as the nucleus tells it.
    public enum State: String, Sendable, Hashable, CaseIterable {
        /// Known, and nothing done yet.
        case new = "NEW"
        /// Installed.
        case installed = "INSTALLED"
        /// On its way to run.
        case starting = "STARTING"
        /// Running.
        case running = "RUNNING"
        /// On its way to stop.
        case stopping = "STOPPING"
        /// Stopped, or ended by itself without an error.
        case finished = "FINISHED"
        /// Ended with an error; to be started again.
        case errored = "ERRORED"
        /// Ended with an error too often.
        case broken = "BROKEN"
    }
}
