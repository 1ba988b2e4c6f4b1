// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import GreengrassIPC

@Suite(.timeLimit(.minutes(1)))
struct EventBufferTests {
    private static func buffer(count: Int = 1024, bytes: Int = 1 << 20) -> EventBuffer {
        var options = SubscriptionOptions()
        options.bufferLimit = count
        options.byteLimit = bytes
        return EventBuffer(options)
    }

    private func deliver(_ json: String, to buffer: EventBuffer) -> String {
        switch buffer.deliver(Array(json.utf8)) {
        case .taken: "taken"
        case .full: "full"
        }
    }

    private func next(_ buffer: EventBuffer) async throws -> String {
        let next = if let ready = buffer.take() { ready } else { await buffer.wait(isolation: nil) }
        return switch try next.get() {
        case .event(let payload): String(decoding: payload, as: UTF8.self)
        case .gap: "gap"
        case nil: "end"
        }
    }

    @Test(arguments: [1, 2, 5, 1000])
    func theCountIsExact(_ limit: Int) async throws {
        let buffer = Self.buffer(count: limit)
        // Three times around, so that what was taken makes room.
        for _ in 0..<3 {
            for number in 0..<limit { #expect(deliver("\(number)", to: buffer) == "taken") }
            #expect(deliver("9", to: buffer) == "full")
            for number in 0..<limit { #expect(try await next(buffer) == "\(number)") }
        }
    }

    @Test func theBytesAreExact() async throws {
        let buffer = Self.buffer(bytes: 10)
        #expect(deliver("12345", to: buffer) == "taken")
        #expect(deliver("123456", to: buffer) == "full")
        #expect(deliver("12345", to: buffer) == "taken")
        #expect(deliver("1", to: buffer) == "full")
        _ = try await next(buffer)
        #expect(deliver("12345", to: buffer) == "taken")
    }

    @Test func anEventThatNothingWaitsBeforeIsTakenWhateverItsSize() async throws {
        let buffer = Self.buffer(bytes: 10)
        #expect(deliver("123456789012345", to: buffer) == "taken")
        #expect(deliver("1", to: buffer) == "full")
    }

    @Test func aGapIsNeverLost() async throws {
        let buffer = Self.buffer(count: 1)
        #expect(deliver("1", to: buffer) == "taken")
        buffer.gap()
        buffer.gap()
        #expect(try await next(buffer) == "1")
        #expect(try await next(buffer) == "gap")
        #expect(deliver("2", to: buffer) == "taken")
        #expect(try await next(buffer) == "2")
        buffer.gap()
        // A gap takes no event's place.
        #expect(deliver("3", to: buffer) == "taken")
        #expect(try await next(buffer) == "gap")
        #expect(try await next(buffer) == "3")
    }

    @Test func theEndComesAfterWhatWaits() async throws {
        let buffer = Self.buffer()
        _ = deliver("1", to: buffer)
        buffer.finish(GreengrassIPCError(.slowConsumer, ""))
        buffer.finish(nil)
        #expect(deliver("2", to: buffer) == "taken")
        #expect(try await next(buffer) == "1")
        for _ in 0..<2 { #expect(await code { try await next(buffer) } == .slowConsumer) }

        let ended = Self.buffer()
        ended.finish(nil)
        for _ in 0..<2 { #expect(try await next(ended) == "end") }
    }

    @Test func aSecondConsumerIsRefused() async throws {
        let buffer = Self.buffer()
        let codes = await withTaskGroup(of: GreengrassIPCError.Code?.self) { group in
            for _ in 0..<2 { group.addTask { await code { try await next(buffer) } } }
            // The one that came second is told at once; the other waits on.
            let first = await group.next()
            _ = deliver("1", to: buffer)
            let second = await group.next()
            return [first, second]
        }
        #expect(codes == [.some(.invalidRequest), .some(nil)])
    }

    @Test func aCancelledTaskStillGetsWhatIsThere() async throws {
        let buffer = Self.buffer()
        _ = deliver("1", to: buffer)
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            let first = try await next(buffer)
            return (first, await code { try await next(buffer) })
        }
        let (first, second) = try await task.value
        #expect(first == "1")
        #expect(second == .cancelled)
        // It is the task that was cancelled, not the subscription.
        _ = deliver("2", to: buffer)
        #expect(try await next(buffer) == "2")
    }

    @Test func cancellationAndEventMayMeet() async throws {
        let buffer = Self.buffer()
        for number in 0..<500 {
            let task = Task { try await next(buffer) }
            if number % 2 == 0 { await Task.yield() }
            async let delivered = deliver("\(number)", to: buffer)
            task.cancel()
            #expect(await delivered == "taken")
            // Either the task has it, or it is still there: none is lost.
            let text: String
            do { text = try await task.value } catch { text = try await next(buffer) }
            #expect(text == "\(number)")
        }
    }
}
