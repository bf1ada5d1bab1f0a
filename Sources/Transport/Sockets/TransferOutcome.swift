/// What one attempt to move bytes, or to go on with a handshake, came to.
enum TransferOutcome: Equatable {
    /// This many bytes went through; a finished handshake counts 0.
    case done(Int)
    /// Nothing can be done before the socket changes.
    case wouldBlock
    /// The peer sends no more, or is gone.
    case end
    case failed(ChannelError)
}
