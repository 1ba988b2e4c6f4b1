// SPDX-License-Identifier: Apache-2.0

internal import EventReactor

/// What a component says to an update that is about to begin.
public enum ComponentUpdateDecision: Sendable, Hashable {
    /// The update may begin.
    case acknowledge
    /// The nucleus asks again after that long (at least a millisecond; it counts in whole ones). `reason` is for the
    /// nucleus's log.
    case `defer`(Duration, reason: String? = nil)
}

extension GreengrassIPCClient {
    /// Lets the component decide on updates, until the task is cancelled.
    ///
    /// ```swift
    /// try await client.answerComponentUpdates { update in
    ///     await work.isIdle ? .acknowledge : .defer(.seconds(60), reason: "work is under way")
    /// }
    /// ```
    /// The nucleus tells of cloud deployments whose policy notifies components; local ones never do. It waits for an
    /// answer, an unanswered event holds the whole deployment up. So each event is answered: with `fallback` when
    /// `decide` throws, takes longer than `limit`, or is cancelled together with this call or the client. An answer
    /// that is lost with the connection is sent again. Neither ends this call, and both are in the log.
    ///
    /// `decide` is not called again before it has returned, unless it has taken longer than `limit`; it is cancelled
    /// then. When the component needs no say any more, cancel the task.
    ///
    /// - Important: A component must hold one stream of these events: with two, the nucleus waits in vain for the
    ///   second answer. A second call on one client throws `.invalidRequest`; a second client cannot know.
    ///
    /// - Parameters:
    ///   - limit: How long `decide` and `updated` may take, each time. Keep it below the deployment's own timeout, 60 s
    ///     by default.
    ///   - fallback: The answer in place of a decision that does not come.
    ///   - updated: Hears that an update is over, however it went; not when the nucleus restarts for it.
    ///   - decide: Gets what is about to begin. Deferred, it is asked again with the same deployment.
    /// - Throws: `.serviceError` on nucleus lite, which does not have the operation; `.cancelled` in the
    ///   end. It returns when the client has been shut down.
    public func answerComponentUpdates(
        within limit: Duration = .seconds(10),
        otherwise fallback: ComponentUpdateDecision = .acknowledge,
        updated: @escaping @Sendable (PostComponentUpdateEvent) async -> Void = { _ in },
        _ decide: @escaping @Sendable (PreComponentUpdateEvent) async throws -> ComponentUpdateDecision
    ) async throws {
        try await answerEvents(
            of: SubscribeToComponentUpdates.self,
            SubscribeToComponentUpdatesRequest(),
            limit,
            fallback: { event in
                if case .preUpdateEvent(let update) = event { fallback.answer(to: update) } else { nil }
            }
        ) { answering, event, group in
            switch event {
            case .preUpdateEvent(let update):
                await answering.answer(
                    in: &group,
                    { outcome in
                        if case .answered(let decision) = outcome { return decision.answer(to: update) }
                        return fallback.answer(to: update)
                    },
                    { try await decide(update) }
                )
            case .postUpdateEvent(let update):
                await answering.tell(of: SubscribeToComponentUpdates.descriptor, in: &group) { await updated(update) }
            case .unknown: break
            }
        }
    }
}

extension ComponentUpdateDecision {
    /// Without `recheckAfterMs` the nucleus waits on, as without an answer; zero is the acknowledgement.
    func answer(to update: PreComponentUpdateEvent) -> OwedAnswer? {
        var request = DeferComponentUpdateRequest(deploymentId: update.deploymentId, recheckAfterMs: 0)
        if case .defer(let duration, let reason) = self {
            request.message = reason
            request.recheckAfterMs = max(1, duration.nanoseconds / 1_000_000)
        }
        return OwedAnswer(DeferComponentUpdate.self, about: update.deploymentId, request)
    }
}
