// SPDX-License-Identifier: Apache-2.0

internal import EventReactor

/// What a component says to a configuration that a deployment is about to give it.
public enum ConfigurationVerdict: Sendable, Hashable {
    /// It can work with it.
    case accept
    /// It cannot: the deployment fails, and says so with this text, which leaves the device.
    case reject(String)
}

extension GreengrassIPCClient {
    /// Lets the component look at its next configuration before a deployment applies it, until the task is cancelled.
    ///
    /// ```swift
    /// try await client.answerConfigurationValidations { event in
    ///     event.configuration?["interval"]?.integerValue == nil ? .reject("interval is missing") : .accept
    /// }
    /// ```
    /// The nucleus waits 20 s for an answer, and lets the deployment fail without one. So each event is answered: when
    /// `validate` throws, the configuration is rejected with the error's description; when it takes longer than
    /// `limit`, or is cancelled together with this call or the client, with `fallback`. An answer that is lost with the
    /// connection is sent again. Neither ends this call, and both are in the log.
    ///
    /// - Important: The nucleus asks one stream of each component: a second one would stay silent. A second call on one
    ///   client throws `.invalidRequest`.
    ///
    /// - Parameters:
    ///   - limit: How long `validate` may take, each time.
    ///   - fallback: The answer in place of a verdict that does not come.
    ///   - validate: Gets the whole configuration as it will be, and the deployment's identifier.
    /// - Throws: `.serviceError` on nucleus lite, which does not have the operation; `.cancelled` in the
    ///   end. It returns when the client has been shut down.
    public func answerConfigurationValidations(
        within limit: Duration = .seconds(10),
        otherwise fallback: ConfigurationVerdict = .reject("the component did not decide in time"),
        _ validate: @escaping @Sendable (ValidateConfigurationUpdateEvent) async throws -> ConfigurationVerdict
    ) async throws {
        try await answerEvents(
            of: SubscribeToValidateConfigurationUpdates.self,
            SubscribeToValidateConfigurationUpdatesRequest(),
            limit,
            fallback: { event in
                if case .validateConfigurationUpdateEvent(let update) = event {
                    fallback.report(on: update)
                } else {
                    nil
                }
            }
        ) { answering, event, group in
            guard case .validateConfigurationUpdateEvent(let update) = event else { return }
            await answering.answer(
                in: &group,
                { outcome in
                    switch outcome {
                    case .answered(let verdict): verdict.report(on: update)
                    case .threw(let error): ConfigurationVerdict.reject("\(error)").report(on: update)
                    case .late, .cancelled: fallback.report(on: update)
                    }
                },
                { try await validate(update) }
            )
        }
    }
}

extension ConfigurationVerdict {
    /// The report goes to the cloud, where a long one is cut off.
    private static let longestText = 1000

    func report(on update: ValidateConfigurationUpdateEvent) -> OwedAnswer? {
        var report = ConfigurationValidityReport(status: .accepted, deploymentId: update.deploymentId)
        if case .reject(let text) = self {
            report.status = .rejected
            report.message = String(text.prefix(Self.longestText))
        }
        return OwedAnswer(
            SendConfigurationValidityReport.self,
            about: update.deploymentId,
            SendConfigurationValidityReportRequest(configurationValidityReport: report)
        )
    }
}
