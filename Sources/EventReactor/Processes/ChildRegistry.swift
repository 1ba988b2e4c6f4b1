// SPDX-License-Identifier: Apache-2.0

/// The children of one loop, until each has been reaped.
///
/// Each child is waited on through a descriptor of its own where the kernel has them. Before Linux 5.3 it is SIGCHLD,
/// which is not counted: one signal may stand for many children, so every known child is asked.
package final class ChildRegistry: @unchecked Sendable {
    // Safety: loop-confined, like the loop that owns it.
    private var children: [Int32: ChildProcess] = [:]
    private var signals: SignalSource?

    /// Set before the first child is started: do without process descriptors. For tests of the older way.
    package var usesProcessDescriptors = true

    package var count: Int { children.count }

    /// - Throws: when nothing would tell of the child's end; it is not a child of this registry then.
    func insert(_ child: ChildProcess, loop: EventLoop) throws(SystemError) {
        if usesProcessDescriptors, child.watch() {
            children[child.identifier] = child
            return
        }
        if signals == nil {
            // Needs SIGCHLD blocked in every thread; an executable that starts children does that first of all.
            signals = try SignalSource([SignalSource.child], loop: loop) { [weak self] _ in self?.reapAll() }
        }
        children[child.identifier] = child
        // It may have ended before the signal was waited for.
        loop.execute { child.reap() }
    }

    func remove(_ child: ChildProcess) {
        children[child.identifier] = nil
        if children.isEmpty {
            signals?.close()
            signals = nil
        }
    }

    private func reapAll() {
        for child in Array(children.values) { child.reap() }
    }
}
