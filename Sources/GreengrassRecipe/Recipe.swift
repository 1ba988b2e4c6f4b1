// SPDX-License-Identifier: Apache-2.0

package import GreengrassIPC

/// A component's recipe.
package struct Recipe: Sendable, Hashable {
    package var componentName: String
    package var componentVersion: String
    /// What stands under `ComponentConfiguration/DefaultConfiguration`, `accessControl` included.
    package var defaultConfiguration: JSONValue
    /// The names of the components that it needs.
    package var dependencies: [String]
    package var manifests: [Manifest]

    /// What the component is on one kind of device.
    package struct Manifest: Sendable, Hashable {
        /// Attributes of the platform and what they must be; empty fits all.
        package var platform: [String: String]
        package var lifecycle: Lifecycle
        package var artifacts: [Artifact]
    }

    /// The steps of a component's life.
    package struct Lifecycle: Sendable, Hashable {
        /// For all steps.
        package var environment: [String: String] = [:]
        package var steps: [Step: Script] = [:]

        package init(environment: [String: String] = [:], steps: [Step: Script] = [:]) {
            self.environment = environment
            self.steps = steps
        }

        package subscript(step: Step) -> Script? { steps[step] }
    }

    package enum Step: String, Sendable, Hashable, CaseIterable {
        case bootstrap, install, startup, run, shutdown, recover, uninstall
    }

    /// What a step does.
    package struct Script: Sendable, Hashable {
        /// Run by `sh -c`.
        package var text: String
        package var requiresPrivilege = false
        package var environment: [String: String] = [:]
        /// Seconds, or a recipe variable.
        package var timeout: String?
        /// `exists FILE` or `onpath COMMAND`: skips the step.
        package var skipIf: String?

        package init(text: String) {
            self.text = text
        }
    }

    /// A file that the component brings.
    package struct Artifact: Sendable, Hashable {
        package var uri: String
        package var isZIP: Bool
        /// Whether its files may be executed. What a ZIP says of its files' modes does not count on a device.
        package var isExecutable = false

        /// The last part of the URI.
        package var fileName: String { uri.split(separator: "/").last.map(String.init) ?? uri }
    }
}

/// What a manifest's platform is compared with.
package struct Platform: Sendable, Hashable {
    package var os: String
    package var architecture: String
    package var isLite: Bool

    package init(os: String = "linux", architecture: String = Self.architecture, isLite: Bool) {
        self.os = os
        self.architecture = architecture
        self.isLite = isLite
    }

    /// This program's own.
    package static var architecture: String {
        #if arch(x86_64)
            "amd64"
        #elseif arch(arm64)
            "aarch64"
        #elseif arch(arm)
            "arm"
        #elseif arch(i386)
            "x86"
        #elseif arch(riscv64)
            "riscv64"
        #else
            "unknown"
        #endif
    }

    /// Why a manifest is passed over; `nil` if it fits.
    func mismatch(_ wanted: [String: String]) -> String? {
        if isLite {
            // Lite looks at three attributes, and wants two of them to be there.
            for name in ["os", "runtime"] where wanted[name] == nil {
                return "Nucleus Lite passes over a manifest whose platform has no \(name)"
            }
        }
        for (name, pattern) in wanted.sorted(by: { $0.key < $1.key }) {
            let actual: String? =
                switch name {
                case "os": os
                case "architecture": architecture
                case "runtime": isLite ? "aws_nucleus_lite" : nil
                default: nil
                }
            if isLite, !["os", "architecture", "runtime"].contains(name) { continue }
            guard !matches(pattern, actual, name) else { continue }
            return "\(name) is \(actual ?? "not known"), not \(pattern)"
        }
        return nil
    }

    private func matches(_ pattern: String, _ actual: String?, _ name: String) -> Bool {
        if pattern == "*" || (name == "os" && pattern == "all") { return true }
        guard let actual else { return false }
        if pattern == actual { return true }
        guard !isLite, pattern.count > 1, pattern.hasPrefix("/"), pattern.hasSuffix("/"),
            let expression = try? Regex(String(pattern.dropFirst().dropLast()))
        else { return false }
        return (try? expression.wholeMatch(in: actual)) != nil
    }
}

extension Recipe {
    /// The first manifest that fits.
    ///
    /// - Throws: ``DocumentError`` that says of each manifest why it does not.
    package func manifest(for platform: Platform) throws(DocumentError) -> Manifest {
        var reasons: [String] = []
        for (index, manifest) in manifests.enumerated() {
            guard let reason = platform.mismatch(manifest.platform) else { return manifest }
            reasons.append("manifest \(index + 1): \(reason)")
        }
        if manifests.isEmpty { return Manifest(platform: [:], lifecycle: Lifecycle(), artifacts: []) }
        throw DocumentError(nil, "no manifest fits this device: " + reasons.joined(separator: "; "))
    }
}
