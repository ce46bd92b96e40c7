package io.agentruntime.net;

import io.netty.channel.ChannelFactory;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DatagramChannel;
import io.netty.resolver.AddressResolver;
import io.netty.resolver.dns.DnsAddressResolverGroup;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.resolver.dns.DnsServerAddressStreamProvider;
import java.net.InetSocketAddress;

/**
 * Each event loop looks names up for itself. Netty has all loops wait for the one that asks for a name already, which are told
 * nothing any more, for ever, when that one is shut down over it.
 */
final class LookupsOfLoops extends DnsAddressResolverGroup {

    private final DnsNameResolverBuilder lookups;

    /**
     * @param lookups how names are looked up, with no event loop of its own
     */
    LookupsOfLoops(DnsNameResolverBuilder lookups) {
        super(lookups);
        this.lookups = lookups.copy();
    }

    @Override
    @SuppressWarnings("deprecation") // nothing else is called where Netty would share what is under way
    protected AddressResolver<InetSocketAddress> newResolver(
            EventLoop loop,
            ChannelFactory<? extends DatagramChannel> channels,
            DnsServerAddressStreamProvider servers) {
        return new DnsAddressResolverGroup(lookups).getResolver(loop);
    }
}
