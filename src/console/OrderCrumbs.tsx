import { Link, useParams } from '@tanstack/react-router'

export const OrderCrumbs = () => {
  const { order }: Readonly<{ order?: string }> = useParams({ strict: false })
  return (
    <nav className="crumbs" aria-label="Path">
      {order === undefined ? (
        <b>Orders</b>
      ) : (
        <>
          <Link to="/orders" activeOptions={{ exact: true }}>
            Orders
          </Link>
          <span aria-hidden="true">/</span>
          <b>{order}</b>
        </>
      )}
    </nav>
  )
}
