// SPDX-License-Identifier: Apache-2.0

/// A component is to be stopped, or to be stopped and started: somebody called StopComponent or RestartComponent.
package struct LifecycleRequest: Sendable, Hashable {
    package var component: String
    package var isRestart: Bool
}

// For those who run a component's process.
extension NucleusSimulator {
    func reportLifecycleRequests() {
        let requests = nucleus.lifecycleRequests
        nucleus.lifecycleRequests = []
        if let report = configuration.onLifecycleRequest { requests.forEach(report) }
    }
}
