"""Values of other libraries than pandas, for those who name them."""
